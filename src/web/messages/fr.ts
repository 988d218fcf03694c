import type { Messages } from './en.ts'

/** A no-break space stands where French typography wants one, so that no line begins with a mark. */
export const fr: Messages = {
  signIn: {
    title: 'Se connecter',
    lead: client => `pour continuer vers ${client}`,
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    submit: 'Se connecter',
    cancel: client => `Revenir à ${client}`,
    faulty: 'Connexion refusée',
    wrongCredentials: 'L’adresse e-mail ou le mot de passe est incorrect.',
    tooManyAttempts: 'Il y a eu trop de tentatives.',
    unavailable: 'La connexion n’est pas possible pour le moment.',
    tryLater: 'Réessayez plus tard.',
    trySeconds: seconds => seconds <= 1 ? 'Réessayez dans une seconde.' : `Réessayez dans ${seconds} secondes.`,
    tryMinutes: minutes => minutes <= 1 ? 'Réessayez dans une minute.' : `Réessayez dans ${minutes} minutes.`
  },
  consent: {
    title: client => `Autoriser ${client}\u00a0?`,
    lead: client => `${client} demande votre autorisation pour\u00a0:`,
    nothing: client => `${client} demande à savoir que vous êtes connecté.`,
    signedInAs: 'Connecté en tant que',
    switchAccount: 'Utiliser un autre compte',
    allow: 'Autoriser',
    deny: 'Ne pas autoriser',
    sentTo: host => `Vous serez ensuite dirigé vers ${host}.`,
    warningTitle: 'Personne n’a vérifié cette application',
    warning: host => 'Elle s’est enregistrée elle-même et a choisi son nom. Ce que vous autorisez est envoyé à ' +
      `${host}. Ne continuez que si vous connaissez cette adresse.`,
    website: 'Site web',
    policy: 'Politique de confidentialité',
    terms: 'Conditions d’utilisation',
    links: 'À propos de cette application',
    scopeOfApi: (scope, api) => `«\u00a0${scope}\u00a0» auprès de ${api}`,
    wholeApi: api => `accéder à ${api} en votre nom`,
    scopes: {
      openid: 'savoir qui vous êtes quand vous vous connectez',
      profile: 'voir votre nom et votre profil',
      email: 'voir votre adresse e-mail',
      address: 'voir votre adresse postale',
      phone: 'voir votre numéro de téléphone',
      offline_access: 'conserver cet accès après votre déconnexion'
    },
    claims: {
      name: 'voir votre nom',
      given_name: 'voir votre prénom',
      family_name: 'voir votre nom de famille',
      middle_name: 'voir votre deuxième prénom',
      nickname: 'voir votre surnom',
      preferred_username: 'voir le nom d’utilisateur que vous préférez',
      profile: 'voir l’adresse de votre page de profil',
      picture: 'voir votre photo',
      website: 'voir l’adresse de votre site web',
      gender: 'voir votre genre',
      birthdate: 'voir votre date de naissance',
      zoneinfo: 'voir votre fuseau horaire',
      locale: 'voir votre langue',
      updated_at: 'voir la date de la dernière modification de votre profil',
      email: 'voir votre adresse e-mail',
      email_verified: 'voir si votre adresse e-mail est confirmée',
      address: 'voir votre adresse postale',
      phone_number: 'voir votre numéro de téléphone',
      phone_number_verified: 'voir si votre numéro de téléphone est confirmé'
    }
  },
  selectAccount: {
    title: 'Choisir un compte',
    lead: client => `pour continuer vers ${client}`,
    continueAs: 'Continuer en tant que',
    other: 'Utiliser un autre compte'
  },
  ended: {
    title: 'Cette connexion est terminée',
    detail: 'Elle est déjà achevée, elle a duré trop longtemps ou elle a été commencée dans un autre navigateur.',
    advice: 'Revenez à l’application et recommencez.'
  },
  logout: {
    title: 'Se déconnecter\u00a0?',
    lead: client => `${client} demande à vous déconnecter.`,
    signedInAs: 'Vous êtes connecté en tant que',
    submit: 'Se déconnecter',
    stay: 'Pour rester connecté, fermez simplement cette page.'
  },
  signedOut: {
    title: 'Vous êtes déconnecté',
    detail: 'Sur un appareil partagé, fermez aussi la fenêtre du navigateur.',
    back: client => `Revenir à ${client}`,
    application: 'l’application'
  },
  leaving: {
    title: 'Vous allez quitter ce site',
    lead: host => `La page suivante se trouve sur ${host}, que personne n’a vérifié ici.`,
    reason: 'La demande de l’application n’a pas abouti, et cette erreur y est envoyée\u00a0:',
    follow: host => `Continuer vers ${host}`,
    advice: 'Si vous ne vous y attendiez pas, fermez cette page.'
  },
  formPost: {
    title: 'Encore un instant',
    lead: 'Vous allez être renvoyé vers l’application. Si rien ne se passe, appuyez sur le bouton.',
    submit: 'Continuer'
  },
  errors: {
    technical: 'Pour les responsables de l’application',
    code: 'Erreur',
    detail: 'Détail',
    reference: 'Référence',
    unknownClient: {
      title: 'Application inconnue',
      advice: 'L’application qui vous envoie n’est pas connue ici. Prévenez ceux qui s’en occupent.'
    },
    badRedirect: {
      title: 'Ce lien n’est pas correct',
      advice: 'L’application veut vous envoyer à une adresse qui n’est pas enregistrée pour elle. Pour votre sécurité, ' +
        'cela s’arrête ici.'
    },
    malformed: {
      title: 'Cette demande est illisible',
      advice: 'L’application qui vous envoie a commis une erreur. Revenez-y et recommencez.'
    },
    expiredForm: {
      title: 'Ce formulaire n’est plus valable',
      advice: 'Il a été envoyé deux fois, trop tard ou depuis une autre page. Revenez à l’application et recommencez.'
    },
    serverError: {
      title: 'Une erreur s’est produite',
      advice: 'L’erreur vient de chez nous. Réessayez plus tard.'
    },
    unavailable: {
      title: 'Indisponible pour le moment',
      advice: 'Le service ne peut pas répondre. Réessayez dans un instant.'
    },
    tooMany: {
      title: 'Trop de tentatives',
      advice: 'Patientez un peu, puis réessayez.'
    },
    notFound: {
      title: 'Il n’y a rien ici',
      advice: 'L’adresse est peut-être mal écrite ou périmée.'
    }
  },
  apiDoc: {
    title: 'L’API',
    contents: 'Toutes les routes',
    parameters: 'Paramètres',
    body: 'Corps de la requête',
    responses: 'Réponses',
    required: 'obligatoire',
    others: 'Autres routes'
  }
}

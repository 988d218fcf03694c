import type { Messages } from './en.ts'

export const de: Messages = {
  signIn: {
    title: 'Anmelden',
    lead: client => `und weiter zu ${client}`,
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    submit: 'Anmelden',
    cancel: client => `Zurück zu ${client}`,
    faulty: 'Nicht angemeldet',
    wrongCredentials: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    tooManyAttempts: 'Es gab zu viele Versuche.',
    unavailable: 'Die Anmeldung ist zurzeit nicht möglich.',
    tryLater: 'Versuchen Sie es später noch einmal.',
    trySeconds: seconds => seconds === 1
      ? 'Versuchen Sie es in einer Sekunde noch einmal.'
      : `Versuchen Sie es in ${seconds} Sekunden noch einmal.`,
    tryMinutes: minutes => minutes === 1
      ? 'Versuchen Sie es in einer Minute noch einmal.'
      : `Versuchen Sie es in ${minutes} Minuten noch einmal.`
  },
  consent: {
    title: client => `${client} erlauben?`,
    lead: client => `${client} bittet um Ihre Erlaubnis:`,
    nothing: client => `${client} möchte wissen, dass Sie angemeldet sind.`,
    signedInAs: 'Angemeldet als',
    switchAccount: 'Anderes Konto verwenden',
    allow: 'Erlauben',
    deny: 'Nicht erlauben',
    sentTo: host => `Danach geht es weiter zu ${host}.`,
    warningTitle: 'Diese Anwendung hat niemand geprüft',
    warning: host => 'Sie hat sich selbst registriert und ihren Namen selbst gewählt. Was Sie erlauben, wird an ' +
      `${host} gesendet. Fahren Sie nur fort, wenn Sie diese Adresse kennen.`,
    website: 'Website',
    policy: 'Datenschutzerklärung',
    terms: 'Nutzungsbedingungen',
    links: 'Über diese Anwendung',
    scopeOfApi: (scope, api) => `„${scope}“ bei ${api}`,
    wholeApi: api => `in Ihrem Namen auf ${api} zugreifen`,
    scopes: {
      openid: 'bei der Anmeldung erfahren, wer Sie sind',
      profile: 'Ihren Namen und Ihr Profil sehen',
      email: 'Ihre E-Mail-Adresse sehen',
      address: 'Ihre Postanschrift sehen',
      phone: 'Ihre Telefonnummer sehen',
      offline_access: 'diesen Zugriff behalten, nachdem Sie sich abgemeldet haben'
    },
    claims: {
      name: 'Ihren Namen sehen',
      given_name: 'Ihren Vornamen sehen',
      family_name: 'Ihren Nachnamen sehen',
      middle_name: 'Ihren zweiten Vornamen sehen',
      nickname: 'Ihren Spitznamen sehen',
      preferred_username: 'Ihren bevorzugten Benutzernamen sehen',
      profile: 'die Adresse Ihrer Profilseite sehen',
      picture: 'Ihr Bild sehen',
      website: 'die Adresse Ihrer Website sehen',
      gender: 'Ihr Geschlecht sehen',
      birthdate: 'Ihr Geburtsdatum sehen',
      zoneinfo: 'Ihre Zeitzone sehen',
      locale: 'Ihre Sprache sehen',
      updated_at: 'sehen, wann Ihr Profil zuletzt geändert wurde',
      email: 'Ihre E-Mail-Adresse sehen',
      email_verified: 'sehen, ob Ihre E-Mail-Adresse bestätigt ist',
      address: 'Ihre Postanschrift sehen',
      phone_number: 'Ihre Telefonnummer sehen',
      phone_number_verified: 'sehen, ob Ihre Telefonnummer bestätigt ist'
    }
  },
  selectAccount: {
    title: 'Konto auswählen',
    lead: client => `und weiter zu ${client}`,
    continueAs: 'Weiter als',
    other: 'Anderes Konto verwenden'
  },
  ended: {
    title: 'Diese Anmeldung ist vorbei',
    detail: 'Sie wurde schon abgeschlossen, hat zu lange gedauert oder wurde in einem anderen Browser begonnen.',
    advice: 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.'
  },
  logout: {
    title: 'Abmelden?',
    lead: client => `${client} möchte Sie abmelden.`,
    signedInAs: 'Sie sind angemeldet als',
    submit: 'Abmelden',
    stay: 'Um angemeldet zu bleiben, schließen Sie einfach diese Seite.'
  },
  signedOut: {
    title: 'Sie sind abgemeldet',
    detail: 'Schließen Sie auf einem gemeinsam genutzten Gerät auch das Browserfenster.',
    back: client => `Zurück zu ${client}`,
    application: 'der Anwendung'
  },
  leaving: {
    title: 'Sie verlassen diese Seite',
    lead: host => `Die nächste Seite liegt bei ${host}. Hier hat sie niemand geprüft.`,
    reason: 'Die Anfrage der Anwendung wurde nicht erfüllt, und dieser Fehler wird dorthin gesendet:',
    follow: host => `Weiter zu ${host}`,
    advice: 'Wenn Sie das nicht erwartet haben, schließen Sie diese Seite.'
  },
  formPost: {
    title: 'Gleich geschafft',
    lead: 'Sie werden zur Anwendung zurückgeleitet. Wenn nichts geschieht, drücken Sie auf die Schaltfläche.',
    submit: 'Weiter'
  },
  errors: {
    technical: 'Für die Betreuer der Anwendung',
    code: 'Fehler',
    detail: 'Einzelheit',
    reference: 'Kennung',
    unknownClient: {
      title: 'Unbekannte Anwendung',
      advice: 'Die Anwendung, von der Sie kommen, ist hier nicht bekannt. Sagen Sie denen Bescheid, die sie betreuen.'
    },
    badRedirect: {
      title: 'Dieser Link stimmt nicht',
      advice: 'Die Anwendung will Sie an eine Adresse schicken, die nicht für sie eingetragen ist. Zu Ihrer Sicherheit ' +
        'geht es hier nicht weiter.'
    },
    malformed: {
      title: 'Diese Anfrage ist nicht lesbar',
      advice: 'Die Anwendung, von der Sie kommen, hat einen Fehler gemacht. Gehen Sie zurück und beginnen Sie von vorn.'
    },
    expiredForm: {
      title: 'Dieses Formular ist veraltet',
      advice: 'Es wurde zweimal, zu spät oder von einer anderen Seite abgeschickt. Gehen Sie zurück zur Anwendung und ' +
        'beginnen Sie von vorn.'
    },
    serverError: {
      title: 'Etwas ist schiefgegangen',
      advice: 'Der Fehler liegt bei uns. Versuchen Sie es später noch einmal.'
    },
    unavailable: {
      title: 'Zurzeit nicht erreichbar',
      advice: 'Der Dienst kann gerade nicht antworten. Versuchen Sie es gleich noch einmal.'
    },
    tooMany: {
      title: 'Zu viele Versuche',
      advice: 'Warten Sie eine Weile und versuchen Sie es noch einmal.'
    },
    notFound: {
      title: 'Hier ist nichts',
      advice: 'Vielleicht ist die Adresse falsch geschrieben oder veraltet.'
    }
  },
  apiDoc: {
    title: 'Die API',
    contents: 'Alle Routen',
    parameters: 'Parameter',
    body: 'Inhalt der Anfrage',
    responses: 'Antworten',
    required: 'Pflicht',
    others: 'Weitere Routen'
  }
}

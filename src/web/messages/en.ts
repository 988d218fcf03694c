/** All that the pages say, in English: the table that every other language must fill. */
export const en = {
  signIn: {
    title: 'Sign in',
    lead: (client: string) => `to continue to ${client}`,
    email: 'Email address',
    password: 'Password',
    submit: 'Sign in',
    cancel: (client: string) => `Back to ${client}`,
    faulty: 'Not signed in',
    wrongCredentials: 'The email address or the password is wrong.',
    tooManyAttempts: 'There were too many attempts.',
    unavailable: 'Signing in is not possible at the moment.',
    tryLater: 'Try again in a while.',
    trySeconds: (seconds: number) => seconds === 1 ? 'Try again in a second.' : `Try again in ${seconds} seconds.`,
    tryMinutes: (minutes: number) => minutes === 1 ? 'Try again in a minute.' : `Try again in ${minutes} minutes.`
  },
  consent: {
    title: (client: string) => `Allow ${client}?`,
    lead: (client: string) => `${client} asks for your permission to:`,
    nothing: (client: string) => `${client} asks to know that you are signed in.`,
    signedInAs: 'Signed in as',
    switchAccount: 'Use another account',
    allow: 'Allow',
    deny: 'Do not allow',
    sentTo: (host: string) => `Afterwards you are sent to ${host}.`,
    warningTitle: 'Nobody has checked this application',
    warning: (host: string) =>
      `It registered itself and chose its own name. Whatever you allow is sent to ${host}. Go on only if you know that address.`,
    website: 'Website',
    policy: 'Privacy policy',
    terms: 'Terms of service',
    links: 'About this application',
    scopeOfApi: (scope: string, api: string) => `“${scope}” at ${api}`,
    wholeApi: (api: string) => `access ${api} on your behalf`,
    scopes: {
      openid: 'know who you are when you sign in',
      profile: 'see your name and your profile',
      email: 'see your email address',
      address: 'see your postal address',
      phone: 'see your telephone number',
      offline_access: 'keep this access after you have signed out'
    },
    claims: {
      name: 'see your name',
      given_name: 'see your given name',
      family_name: 'see your family name',
      middle_name: 'see your middle name',
      nickname: 'see your nickname',
      preferred_username: 'see the user name that you prefer',
      profile: 'see the address of your profile page',
      picture: 'see your picture',
      website: 'see the address of your website',
      gender: 'see your gender',
      birthdate: 'see your date of birth',
      zoneinfo: 'see your time zone',
      locale: 'see your language',
      updated_at: 'see when your profile was last changed',
      email: 'see your email address',
      email_verified: 'see whether your email address is confirmed',
      address: 'see your postal address',
      phone_number: 'see your telephone number',
      phone_number_verified: 'see whether your telephone number is confirmed'
    }
  },
  selectAccount: {
    title: 'Choose an account',
    lead: (client: string) => `to continue to ${client}`,
    continueAs: 'Continue as',
    other: 'Use another account'
  },
  ended: {
    title: 'This sign-in is over',
    detail: 'It has been finished already, it took too long, or it was begun in another browser.',
    advice: 'Go back to the application and start again.'
  },
  logout: {
    title: 'Sign out?',
    lead: (client: string) => `${client} asks to sign you out.`,
    signedInAs: 'You are signed in as',
    submit: 'Sign out',
    stay: 'To stay signed in, simply close this page.'
  },
  signedOut: {
    title: 'You are signed out',
    detail: 'On a shared device, close the browser window as well.',
    back: (client: string) => `Back to ${client}`,
    application: 'the application'
  },
  leaving: {
    title: 'You are about to leave',
    lead: (host: string) => `The next page is at ${host}, which nobody here has checked.`,
    reason: 'The application’s request was not granted, and this error is sent there:',
    follow: (host: string) => `Go on to ${host}`,
    advice: 'If you did not expect this, close this page.'
  },
  formPost: {
    title: 'Almost there',
    lead: 'You are being sent back to the application. If nothing happens, press the button.',
    submit: 'Continue'
  },
  errors: {
    technical: 'For whoever looks after the application',
    code: 'Error',
    detail: 'Detail',
    reference: 'Reference',
    unknownClient: {
      title: 'Unknown application',
      advice: 'The application that sent you here is not known to this service. Tell whoever looks after it.'
    },
    badRedirect: {
      title: 'This link is not right',
      advice: 'The application wants you sent to an address that is not registered for it. For your safety this stops here.'
    },
    malformed: {
      title: 'This request cannot be read',
      advice: 'The application that sent you here made a mistake. Go back to it and start again.'
    },
    expiredForm: {
      title: 'This form is out of date',
      advice: 'It was sent twice, too late or from another page. Go back to the application and start again.'
    },
    serverError: {
      title: 'Something went wrong',
      advice: 'The mistake is on our side. Try again in a while.'
    },
    unavailable: {
      title: 'Not available at the moment',
      advice: 'The service cannot answer right now. Try again shortly.'
    },
    tooMany: {
      title: 'Too many attempts',
      advice: 'Wait a while and try again.'
    },
    notFound: {
      title: 'There is nothing here',
      advice: 'The address may be mistyped or out of date.'
    }
  },
  apiDoc: {
    title: 'The API',
    contents: 'All routes',
    parameters: 'Parameters',
    body: 'Request body',
    responses: 'Responses',
    required: 'required',
    others: 'Other routes'
  }
}

export type Messages = typeof en

import t from 'tap'
import { decideNextStep, errorOfStep, noProgress, type Circumstances, type Progress } from '../../src/protocol/authorization-policy.ts'
import type { Prompt } from '../../src/protocol/authorization-request.ts'

interface Case {
  prompts?: Prompt[]
  maxAge?: number
  session?: Circumstances['session'] | null
  isConsentCovered?: boolean
  progress?: Partial<Progress>
}

const seen = { id: 'ses', authAge: 100, isHinted: true }

function decide({ prompts = [], maxAge, session = seen, isConsentCovered = true, progress = {} }: Case = {}) {
  return decideNextStep({ prompts, maxAge }, { session: session ?? undefined, isConsentCovered, progress: { ...noProgress, ...progress } })
}

t.test('a person is asked who they are, which account, and whether the client may, in this order', async t => {
  const all: Prompt[] = ['login', 'select_account', 'consent']
  t.equal(decide({ session: null }), 'sign-in')
  t.equal(decide({ prompts: all }), 'sign-in')
  t.equal(decide({ prompts: ['select_account', 'consent'] }), 'select-account')
  t.equal(decide({ prompts: ['select_account', 'consent'], progress: { selected: 'ses' } }), 'consent')
  t.equal(decide({ prompts: all, progress: { signedIn: 'ses' } }), 'consent', 'signing in chooses the account')
  t.equal(decide({ prompts: all, progress: { signedIn: 'ses', consented: 'ses' } }), 'issue')
  t.equal(decide(), 'issue')
  t.equal(decide({ isConsentCovered: false, progress: { consented: 'ses' } }), 'consent', 'what the stores say counts')
})

t.test('what was done in another session does not count', async t => {
  for (const [prompt, step] of [['login', 'sign-in'], ['select_account', 'select-account'], ['consent', 'consent']] as const) {
    t.equal(decide({ prompts: [prompt], progress: { signedIn: 'other', selected: 'other', consented: 'other' } }), step)
  }
  t.equal(decide({ maxAge: 10, progress: { signedIn: 'other' } }), 'sign-in')
})

t.test('max_age asks for the password when it was given longer ago, and 0 always', async t => {
  t.equal(decide({ maxAge: 100 }), 'issue')
  t.equal(decide({ maxAge: 99 }), 'sign-in')
  t.equal(decide({ maxAge: 0, session: { ...seen, authAge: 0 } }), 'sign-in')
  t.equal(decide({ maxAge: 0, progress: { signedIn: 'ses' } }), 'issue', 'once')
})

t.test('who is not meant signs in, once', async t => {
  const session = { ...seen, isHinted: false }
  t.equal(decide({ session }), 'sign-in')
  t.equal(decide({ session, progress: { signedIn: 'ses' } }), 'wrong-user')
  t.equal(decide({ session, progress: { signedIn: 'ses', otherAccount: true } }), 'sign-in')
})

t.test('who wants to be somebody else signs in', async t => {
  t.equal(decide({ progress: { otherAccount: true, selected: 'ses' } }), 'sign-in')
})

t.test('where nobody may be asked, the client is told what it would have been', async t => {
  t.equal(errorOfStep('sign-in'), 'login_required')
  t.equal(errorOfStep('wrong-user'), 'login_required')
  t.equal(errorOfStep('select-account'), 'account_selection_required')
  t.equal(errorOfStep('consent'), 'consent_required')
})

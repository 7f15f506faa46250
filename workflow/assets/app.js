// The pages work without this file; it adds what the GOV.UK components do in a browser, and nothing else.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll
} from 'govuk-frontend'

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink
]) {
  createAll(component)
}

// A filter panel is open where it stands beside its table and closed where it would push the table off a phone.
const narrow = window.matchMedia('(max-width: 40.0525em)')
if (narrow.matches) {
  for (const panel of document.querySelectorAll('details[data-closed-on-phone]')) panel.open = false
}

// Five minutes before a sign-in ends for want of use the page says so, and one press goes on: any page that is asked for
// counts as use. Without this file what was typed is still given back after signing in again.
const WARN_BEFORE_SECONDS = 300
const session = document.querySelector('[data-idle-seconds]')
if (session) {
  const warning = session.firstElementChild
  const wait = (Number(session.dataset.idleSeconds) - WARN_BEFORE_SECONDS) * 1000
  const warnLater = () => setTimeout(() => { warning.hidden = false }, wait)
  warning.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(session.dataset.keep, { cache: 'no-store' }).catch(() => null)
    if (answer && answer.ok) {
      warning.hidden = true
      warnLater()
    }
  })
  warnLater()
}

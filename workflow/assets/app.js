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

// A table that enlarged text makes wider than its box scrolls there, so the keyboard has to reach the box and hear its name.
const wide = new ResizeObserver((changes) => {
  for (const { target: { parentElement: box } } of changes) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0
      box.setAttribute('role', 'region')
      box.setAttribute('aria-label', box.querySelector('caption').textContent)
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name)
    }
  }
})
for (const table of document.querySelectorAll('.app-wide > table')) wide.observe(table)

// Five minutes before a sign-in ends for want of use the page says so, and one press goes on: the page it asks for
// needs a sign-in, so that the answer also says when it came too late. Without this file what was typed is still given
// back after signing in again.
const WARN_BEFORE_SECONDS = 300
const session = document.querySelector('[data-idle-seconds]')
if (session) {
  const [warning, ended] = session.children
  const wait = (Number(session.dataset.idleSeconds) - WARN_BEFORE_SECONDS) * 1000
  const warnLater = () => setTimeout(() => { warning.hidden = false }, wait)
  warning.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(session.dataset.keep, { cache: 'no-store' }).catch(() => null)
    if (answer && new URL(answer.url).pathname === '/sign-in') {
      warning.hidden = true
      ended.hidden = false
    } else if (answer && answer.ok) {
      warning.hidden = true
      warnLater()
    }
  })
  warnLater()
}

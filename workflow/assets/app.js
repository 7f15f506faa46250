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

"""Two ways to use a page without a mouse and a script at once: with no script running, or by the keyboard alone.

Whoever uses the keyboard also looks: each time the focus moves it has to be seen, and nothing may lie over it.
"""

from typing import Any, Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 400
DRAWN = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const styles = (of, pseudo) => {
    const s = getComputedStyle(of, pseudo);
    return [s.outlineStyle + s.outlineWidth + s.outlineColor, s.boxShadow, s.backgroundColor, s.borderColor, s.color].join('|');
  };
  const label = at.labels && at.labels[0];
  const looks = () => styles(at) + (label ? styles(label, '::before') : '');
  const focused = looks();
  const box = (label && ['radio', 'checkbox'].includes(at.type) ? label : at).getBoundingClientRect();
  const x = Math.min(Math.max(box.x + Math.min(box.width / 2, 20), 0), innerWidth - 1), y = box.y + box.height / 2;
  const over = document.elementFromPoint(x, y);
  const covered = !over || !(at.contains(over) || over.contains(at) || (label && (label.contains(over) || over.contains(label))));
  const seen = box.width > 0 && box.height > 0 && y >= 0 && y <= innerHeight && x >= 0 && x <= innerWidth;
  at.blur();
  const plain = looks();
  at.focus({preventScroll: true});
  return {html: at.outerHTML.slice(0, 160), shows: focused !== plain, covered: covered, seen: seen};
}
"""


class Hands(Protocol):
    """What a person does on a page."""

    page: Page

    def press(self, what: Locator) -> None:
        """Press a button or follow a link."""

    def choose(self, what: Locator) -> None:
        """Choose a radio or tick a box."""

    def pick(self, what: Locator, value: str) -> None:
        """Pick from a list by its value."""

    def write(self, what: Locator, text: str) -> None:
        """Write into a box instead of what stands there."""


class NoScripts:
    """A browser in which no script runs, used with a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        """Press a button or follow a link."""
        what.click()
        self.page.wait_for_load_state()

    def choose(self, what: Locator) -> None:
        """Choose a radio or tick a box."""
        what.check()

    def pick(self, what: Locator, value: str) -> None:
        """Pick from a list by its value."""
        what.select_option(value)

    def write(self, what: Locator, text: str) -> None:
        """Write into a box instead of what stands there."""
        what.fill(text)


class Keyboard:
    """A browser used with the keyboard only. `complaints` says where the focus could not be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []

    def press(self, what: Locator) -> None:
        """Press a button or follow a link, by Enter; a button takes the space bar too."""
        self._go_to(what)
        is_button = what.evaluate("one => one.tagName") == "BUTTON"
        with self.page.expect_navigation():
            self.page.keyboard.press("Space" if is_button else "Enter")

    def choose(self, what: Locator) -> None:
        """Choose a radio by the arrows of its group, or tick a box by the space bar."""
        if what.is_checked():
            return
        if what.get_attribute("type") == "checkbox":
            self._go_to(what)
            self.page.keyboard.press("Space")
            return
        name = what.get_attribute("name")
        group = self.page.locator(f'input[type=radio][name="{name}"]')
        self._go_to(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if what.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert what.is_checked(), f"the arrows do not reach {name}"

    def pick(self, what: Locator, value: str) -> None:
        """Pick from a list by typing the words of its choice."""
        words = what.locator(f'option[value="{value}"]').inner_text()
        self._go_to(what)
        self.page.keyboard.type(words)
        assert what.input_value() == value

    def write(self, what: Locator, text: str) -> None:
        """Write into a box instead of what stands there."""
        self._go_to(what)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        assert what.input_value() == text

    def _go_to(self, what: Locator) -> None:
        """Press Tab until one of these is focused, and look at everything on the way."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            self._look()
            if what.evaluate_all("all => all.includes(document.activeElement)"):
                return
        raise AssertionError(f"Tab does not reach {what}")

    def _look(self) -> None:
        found: dict[str, Any] | None = self.page.evaluate(DRAWN)
        if found is None:
            return
        for is_wrong, words in (
            (not found["shows"], "looks the same with the focus as without"),
            (not found["seen"], "has the focus outside the window"),
            (found["covered"] and found["seen"], "is covered while it has the focus"),
        ):
            if is_wrong:
                self.complaints.append(f"{self.page.url}: {found['html']} {words}")

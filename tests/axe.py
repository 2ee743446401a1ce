"""axe over pages that are served: WCAG 2.2 AA, the content policy and what runs over, at a phone's size, a desk's and the smallest."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser

from tests.browser import SMALL, House, Visitor
from tests.device import DESK, NARROW, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
UNFOLD = 'for (const each of document.querySelectorAll("details")) { each.removeAttribute("name"); each.open = true }'
RUN = "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then((found) => found.violations)"
# What a page is made of: every element in the two that it stands in, with what it is called by and whether it says anything; headings in their
# order; and a name that is given twice, or leads nowhere.
SHAPE = """(() => {
  const said = ["role", "type", "alt", "scope", "lang", "tabindex"], leads = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];
  const own = (one) => `${one.tagName}.${one.getAttribute("class")}[${[...one.attributes].filter(({ name }) => !["d", "href", "value", "id"].includes(name))
    .map(({ name, value }) => said.includes(name) || !value ? `${name}=${value}` : name)}]`;
  const lost = (one) => leads.some((name) => one.getAttribute(name)?.split(" ").some((each) => !document.getElementById(each)));
  const twice = (one) => one.id && document.querySelectorAll(`[id="${CSS.escape(one.id)}"]`).length > 1;
  const shape = [...document.querySelectorAll("body *")].map((each) =>
    [each.parentElement?.parentElement, each.parentElement, each].filter(Boolean).map(own).join(">") +
    (each.innerText ?? each.textContent ? "" : " silent") + (lost(each) ? " lost" : "") + (twice(each) ? " twice" : ""));
  return [...new Set(shape), [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ tagName }) => tagName).join(" ")];
})()"""
OVER = "document.scrollingElement.scrollWidth - innerWidth"


class Critic(Visitor):
    """Somebody who finds fault with every page; what they found is in `wrong`."""

    script = Path(AXE_FILE_PATH).read_text()

    def __init__(
        self, browser: Browser, house: House, name: str = "", known: tuple[str, ...] = (), seen: set[str] | None = None
    ) -> None:
        """Colours do not fade in, so that what is measured is what stays.

        `known`: rules that are not asked. `seen`: what pages were made of that were judged already, by whomever.
        """
        super().__init__(browser, house, name, size=PHONE, reduced_motion="reduce")
        self.known, self.seen = known, set() if seen is None else seen

    def open(self, path: str) -> int:
        """Go there; the status of the answer."""
        answer = self.page.goto(path)
        return answer.status if answer else 0

    def judge(self) -> None:
        """The page that is open: light on a desk, then unfolded and dark on a phone, then as narrow as it gets."""
        self.page.wait_for_load_state()
        self.page.evaluate(self.script)
        self._ask(DESK, "light", RULES)
        self.page.evaluate(UNFOLD)
        self._ask(PHONE, "dark", RULES)
        self._ask(PHONE, "light", ["color-contrast"])
        self.seen |= self._shape()
        self._narrow()

    def glance(self) -> None:
        """The page that is open, on a phone alone, if anything in it is new: for what differs from a page that was judged in a few words."""
        self.page.wait_for_load_state()
        if not self.seen.issuperset(shape := self._shape()):
            self.page.evaluate(self.script)
            self._ask(PHONE, "light", RULES)
            self.seen |= shape
        self._narrow()

    def _shape(self) -> set[str]:
        """What the page is made of, as it is judged with the rules that are asked."""
        return {f"{self.known} {each}" for each in self.page.evaluate(SHAPE)}

    def _ask(self, size: dict[str, int], scheme: Any, rules: list[str]) -> None:
        """What breaks a rule at that size and in those colours."""
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme=scheme)
        for found in self.page.evaluate(RUN, rules):
            for each in found["nodes"] if found["id"] not in self.known else []:
                why = "; ".join(said["message"] for said in (*each["any"], *each["all"], *each["none"]))
                self._fault(f"{found['id']} at {size['width']} {scheme}: {each['html'][:150]}: {why}")

    def _narrow(self) -> None:
        """What runs over at 320 px, and on Desk and Jobs what is too small for a thumb."""
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        if (over := self.page.evaluate(OVER)) > 0:
            self._fault(f"runs over by {over} at 320")
        if self.path.startswith(("/desk/", "/jobs/")):
            for each in self.page.evaluate(SMALL):
                self._fault(f"too small to touch: {each}")

    def _fault(self, words: str) -> None:
        """Remember a fault of this page."""
        self.wrong.append(f"{self.path}: {words}")

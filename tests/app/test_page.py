"""The page in a real browser: levers, keyboard, links, hand-out, accessibility, and that nothing leaves the machine."""

import json
import os
import shutil
import subprocess
import tarfile
import time
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MEDIATION = '.lever[data-lever="eu.mediation"] input[type=range]'


def settled(page, lever=None, value=None):
    """Wait until the first chart shows all worlds of the present state (with this lever at this value)."""
    page.wait_for_function(
        """([lever, value]) => {
          const chart = document.getElementById("chart-a");
          if (chart.dataset.whole !== "true" || chart.classList.contains("stale")) return false;
          return !lever || (JSON.parse(chart.dataset.answer).settings[lever] ?? null) === value;
        }""",
        arg=[lever, value],
        timeout=60000,
    )


def picture(page):
    return page.inner_html("#chart-a svg")


def value_of(page, selector=MEDIATION):
    return page.eval_on_selector(selector, "(input) => Number(input.value)")


def test_a_move_of_a_lever_changes_chart_verdict_and_address(page):
    before, said = picture(page), page.inner_text("#verdict")
    page.locator('.lever[data-lever="eu.veto_propensity"] input[type=range]').press("End")
    settled(page, "eu.veto_propensity", 3)
    assert picture(page) != before
    assert page.inner_text("#verdict") != said
    page.wait_for_function("() => location.hash.includes('set.eu.veto_propensity=3')")


def test_a_drag_follows_the_pointer(page):
    box = page.locator(MEDIATION).bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    settled(page, "eu.mediation", 1)


def test_every_kind_of_input_reaches_the_model(page):
    page.fill('.lever[data-lever="eu.mediation"] input[type=number]', "0.77")
    page.keyboard.press("Enter")
    settled(page, "eu.mediation", 0.77)
    page.select_option('.lever[data-lever="eu.council_rule"] select', "staged")
    settled(page, "eu.council_rule", "staged")
    page.check('.lever[data-lever="b9plus.members"] input[value=MNE]')
    page.wait_for_function("() => JSON.parse(document.getElementById('chart-a').dataset.answer).settings['b9plus.members']?.[0] === 'MNE'")
    page.click("#more > summary")
    page.check('.lever[data-lever="nato.resilience_counts"] input')
    settled(page, "nato.resilience_counts", True)
    page.click('.lever[data-lever="eu.mediation"] .reset')
    settled(page, "eu.mediation", None)
    page.fill("#find", "disinformation")
    assert page.locator("#all-levers .lever:visible").count() >= 1
    assert not page.locator('#all-levers .lever[data-lever="eu.funding"]').is_visible()


def test_a_burst_ends_with_the_last_value_within_a_second(page):
    handle = page.locator(MEDIATION)
    began = time.monotonic()
    handle.press("Home")
    settled(page, "eu.mediation", 0)
    alone = time.monotonic() - began
    for _ in range(20):
        handle.press("ArrowRight")
    last = value_of(page)
    began = time.monotonic()
    page.wait_for_function(
        "(last) => JSON.parse(document.getElementById('chart-a').dataset.answer).settings['eu.mediation'] === last", arg=last, timeout=30000
    )
    took = time.monotonic() - began
    assert last == 1
    assert took < max(1.0, 3 * alone), f"{took:.2f} s, one move alone {alone:.2f} s"
    settled(page, "eu.mediation", last)


def test_keyboard_alone_is_enough(page):
    def tab_to(selector, most=200):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached with Tab")

    tab_to(".skip")
    page.keyboard.press("Enter")
    tab_to(MEDIATION)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("ArrowRight")
    settled(page, "eu.mediation", 0.45)
    tab_to(".dot")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#twin svg", timeout=60000)
    tab_to("#assumptions-panel > summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#assumptions .assumption", timeout=60000)
    page.keyboard.press("Control+z")
    settled(page, "eu.mediation", None)


def test_undo_redo_replay(page):
    for lever in ("eu.mediation", "eu.veto_propensity"):
        page.locator(f'.lever[data-lever="{lever}"] input[type=range]').press("End")
        settled(page, lever, 1 if lever == "eu.mediation" else 3)
    last = picture(page)
    page.click("#replay")
    page.wait_for_function("() => document.getElementById('status').textContent.includes('Once more')", timeout=60000)
    page.wait_for_function("() => document.getElementById('status').textContent === ''", timeout=60000)
    assert picture(page) == last
    page.click("#undo")
    settled(page, "eu.mediation", 1)
    assert value_of(page, '.lever[data-lever="eu.veto_propensity"] input[type=range]') == 1
    page.click("#redo")
    settled(page, "eu.veto_propensity", 3)
    assert picture(page) == last


def foreseen_at(value):
    """Whether a reply holds what was played ahead for this value of the lever; both next moves are played at once."""

    def is_it(reply):
        if not reply.url.endswith("/api/ahead") or reply.status != 200:
            return False
        return reply.request.post_data_json["settings"].get("eu.mediation") == value

    return is_it


def test_what_was_answered_or_foreseen_is_not_asked_again(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/api/answer") else None)
    with page.expect_response(foreseen_at(0.45), timeout=60000) as reply:
        page.locator(MEDIATION).press("Shift")  # rests on the lever
    reply.value.finished()
    page.wait_for_timeout(300)  # until the page has read it
    before = len(asked)
    page.locator(MEDIATION).press("ArrowRight")
    settled(page, "eu.mediation", 0.45)
    page.keyboard.press("Control+z")
    settled(page, "eu.mediation", None)
    page.keyboard.press("Control+y")
    settled(page, "eu.mediation", 0.45)
    assert len(asked) == before


def test_the_first_years_are_drawn_over_the_old_answer(page):
    page.evaluate("""() => {
      window.paths = [];
      const chart = document.getElementById("chart-a");
      new MutationObserver(() => window.paths.push(chart.querySelectorAll(".old").length)).observe(chart, {childList: true});
    }""")
    page.locator('.lever[data-lever="russia.effort"] input[type=range]').press("End")
    settled(page, "russia.effort", 3)
    steps = page.evaluate("window.paths")
    assert steps[-1] == 0
    assert max(steps) == 6  # each of the six shows what was there before, until it is played anew


def test_a_number_leads_to_its_source(page):
    page.click("#assumptions-panel > summary")
    page.wait_for_selector("#assumptions .assumption", timeout=60000)
    page.locator("#assumptions > details > summary").click()
    page.wait_for_function("() => document.querySelectorAll('#assumptions .assumption').length > 100")
    links = page.eval_on_selector_all("#assumptions a", "(all) => all.map((a) => [a.href, a.rel])")
    assert len(links) > 20
    assert all(href.startswith(("https://", "http://")) and "noreferrer" in rel for href, rel in links)
    assert any(href.startswith("https://doi.org/") for href, _ in links)


def test_a_link_gives_the_same_numbers(page, browser):
    page.select_option("#scenario", "enlargement_veto")
    settled(page)
    page.select_option("#policy", "staged")
    page.locator(MEDIATION).press("End")
    page.check('.lever[data-lever="b9plus.members"] input[value=ALB]')
    page.select_option("#outcome-b", "r:kosovo_serbia.tension")
    page.select_option("#place-a", "SRB")
    settled(page, "eu.mediation", 1)
    page.wait_for_function("() => location.hash.includes('b9plus.members') && location.hash.includes('a=eu_alignment@SRB')")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    other = context.new_page()
    other.goto(page.url)
    other.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    settled(other, "eu.mediation", 1)
    for selector in ("#dots", "#by-state", "#verdict", "#map"):
        assert other.inner_html(selector) == page.inner_html(selector)
    for chart in ("a", "b"):
        for opened in (page, other):
            opened.click(f"#chart-{chart} ~ details.table > summary")
            opened.wait_for_selector(f"#table-{chart} table")
        assert other.inner_html(f"#table-{chart}") == page.inner_html(f"#table-{chart}")
    assert other.eval_on_selector("#policy", "(s) => s.value") == "staged"
    context.close()


def follow(page, link):
    """Open a link as from elsewhere: where the page is open already, a link changes it without loading it, and it mends its address."""
    page.goto("about:blank")
    page.goto(link)


def test_a_link_of_another_model_or_with_nonsense_says_so(page, address):
    follow(page, f"{address}#scenario=nowhere&set.eu.mediation=7&a=mood@SRB&seed=x&model=0.0.1")
    page.wait_for_function("() => document.getElementById('status').textContent.length > 0", timeout=60000)
    follow(page, f"{address}#scenario=baseline&model=0.0.1")
    page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    assert "0.0.1" in page.inner_text("#status")


def test_predict_then_reveal(page):
    page.locator(MEDIATION).press("End")
    settled(page, "eu.mediation", 1)
    page.click("#predict")
    page.wait_for_selector("#guess input")
    assert page.locator("#chart-a .median").count() == 0
    for hidden in ("#dots", "#map", "#causes", "#chart-b svg"):
        assert not page.locator(hidden).is_visible()
    assert "of 100 worlds" not in page.inner_text("#verdict")
    page.locator("#guess input").last.press("End")
    page.wait_for_selector("#chart-a .guess")
    page.click("#reveal")
    page.wait_for_selector("#chart-a .median")
    assert "Your curve lies within" in page.inner_text("#guess-verdict")
    assert "of 100 worlds" in page.inner_text("#verdict")


def test_the_handout_works_without_program_script_and_net(page, browser, tmp_path):
    page.select_option("#scenario", "enlargement_veto")
    settled(page)
    page.wait_for_selector("#causes svg", timeout=60000)
    with page.expect_download() as download:
        page.click("#handout")
    file = tmp_path / "handout.html"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert "<script src" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert data["answer"]["worlds"] == 500
    context = browser.new_context(java_script_enabled=False, offline=True)
    alone = context.new_page()
    alone.goto(file.as_uri())
    body = alone.inner_text("body")
    assert page.inner_text("#verdict").split("\n")[0] in body
    assert "balkansim run enlargement_veto" in body
    assert "without prejudice to positions on status" in body
    assert alone.locator("svg").count() > 5
    context.close()


def everything_open(page):
    """Open every panel and wait until all of them are filled."""
    page.locator(MEDIATION).press("End")
    settled(page, "eu.mediation", 1)
    page.eval_on_selector_all("details", "(all) => all.forEach((d) => { d.open = true; })")
    page.locator(".dot").nth(3).click()
    for filled in ("#causes svg, #causes p", "#twin svg", "#assumptions .assumption", "#copies pre", "#table-a table"):
        page.wait_for_selector(filled, timeout=90000)


def test_no_request_leaves_the_machine(browser, address):
    asked = []
    context = browser.new_context(accept_downloads=True)
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    everything_open(page)
    page.click("#handout")
    page.wait_for_timeout(1000)
    context.close()
    assert len(asked) > 10
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("blob:", "data:"))}
    assert hosts == {urlsplit(address).netloc}


def test_every_input_has_a_name(page):
    everything_open(page)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = ("slider", "spinbutton", "combobox", "checkbox", "button", "searchbox", "textbox", "link", "img", "image", "meter")
    asked = [n for n in nodes if n.get("role", {}).get("value") in roles and not n.get("ignored")]
    assert len(asked) > 200
    nameless = [n["role"]["value"] for n in asked if not n.get("name", {}).get("value", "").strip()]
    assert nameless == []
    sliders = [n["name"]["value"] for n in asked if n["role"]["value"] == "slider"]
    assert len(sliders) == len(set(sliders)), "two sliders of one name cannot be told apart"


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The text of axe-core, fetched into a temporary folder; BALKANSIM_AXE names a copy."""
    if given := os.environ.get("BALKANSIM_AXE"):
        with open(given, encoding="utf-8") as file:
            return file.read()
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(["npm", "pack", "axe-core@4", "--silent"], cwd=folder, check=True, capture_output=True, timeout=120)
    with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as archive:
        found = archive.extractfile("package/axe.min.js")
        assert found is not None
        return found.read().decode()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(browser, address, axe, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    everything_open(page)
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    context.close()
    told = [(v["id"], v["impact"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found if v["impact"] in ("serious", "critical")]
    assert told == []


@pytest.mark.parametrize("width", [390, 320, 640])
def test_narrow_screens_need_no_sideways_scrolling(browser, address, width):
    context = browser.new_context(viewport={"width": width, "height": 700})
    page = context.new_page()
    page.goto(f"{address}#scenario=enlargement_veto")
    page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    everything_open(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()

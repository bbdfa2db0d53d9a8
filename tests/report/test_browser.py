"""The page in a real browser: it loads nothing, logs no errors, and fits."""

import pytest


@pytest.fixture(scope="module")
def address(hostile, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(hostile[1], encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme", "paper"), [(360, "dark", (20, 23, 28)), (1400, "light", (255, 255, 255))])
def test_page_in_a_browser(browser, address, width, scheme, paper, errors):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened, requests = context.new_page(), []
    # Chromium's own remark on painting without a graphics card is none of the page's.
    opened.on("console", lambda message: None if "GL Driver Message" in message.text else errors.append(message.text))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(address)
    for summary in opened.locator("summary").all():
        summary.click()
    opened.wait_for_function("[...document.images].every(image => image.complete)")

    assert [url for url in requests if not url.startswith("data:")] == [address]
    assert opened.title() == "<b>a|b</b>: which map can be believed?"
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb{paper}"
    swatch = opened.evaluate("getComputedStyle(document.querySelector('.swatch')).backgroundColor")
    assert swatch == "rgb(230, 159, 0)", "the style sheet is in force"
    context.close()


def test_a_print_from_a_dark_screen_is_light_and_fits_its_paper(browser, address):
    context = browser.new_context(viewport={"width": 680, "height": 1000}, color_scheme="dark")
    opened = context.new_page()
    opened.goto(address)
    assert opened.locator("img.on-dark:visible").count() > 0 == opened.locator("img.on-light:visible").count()
    opened.emulate_media(media="print")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.locator("img.on-light:visible").count() > 0 == opened.locator("img.on-dark:visible").count()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 680, "else all of it is printed smaller"
    context.close()

"""Pixels of the page in a browser, and the pane that they are of."""

from __future__ import annotations

import io
import json
import urllib.request

import numpy as np
from PIL import Image

from tests.support.browser import settle

PANE = """() => {
  const {chart} = window.liqheat;
  const box = chart.panes()[0].getHTMLElement().querySelectorAll('td')[1].getBoundingClientRect();
  return {left: box.left, top: box.top, width: box.width, height: box.height, margin: window.liqheat.margin()};
}"""


def picture(page, box):
    image = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    return np.asarray(image).reshape(-1, 3)


def has_colour(page, box, colour):
    """Whether a line of a colour is drawn; a thin one has hardly a pixel of it that is not mixed."""
    return bool((np.abs(picture(page, box).astype(int) - colour).sum(axis=1) < 40).any())


def zoom_in(page, steps):
    page.locator("#chart").focus()
    for _ in range(steps):
        page.keyboard.press("+")
        settle(page)


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  our own server
        return json.load(answer)


def asked_for(page, path):
    urls = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return next(url for url in reversed(urls) if path in url)

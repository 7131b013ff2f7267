# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium (Debian's, by scripts/install-deps --tests) that reaches this machine only."""

import json
import shutil
import time

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30  # seconds
# Without these Chromium asks its maker's servers for this and that; sandboxed it would not run as root.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--window-size=1300,1600"]


class Browser:
    def __init__(self, profile):
        """`profile` is an empty folder."""
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or "chromium is missing: run scripts/install-deps --tests"
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(PATIENCE)

    def open(self, url):
        self.driver.get(url)

    def find(self, css, within=None):
        """The first visible element, once there is one."""
        def visible(_):
            return next((e for e in (within or self.driver).find_elements(By.CSS_SELECTOR, css) if e.is_displayed()), None)
        return WebDriverWait(self.driver, PATIENCE).until(visible, f"nothing shows for {css}")

    def all(self, css, attribute):
        """The attribute of every such element, in order, down to the end of a page that makes its elements as they come into view."""
        script = (f"const seen = [...document.querySelectorAll('{css}')].map(e => e.getAttribute('{attribute}'));"
                  "const end = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;"
                  "window.scrollBy(0, window.innerHeight / 2); return [seen, end];")
        found, ends = [], 0
        for _ in range(500):
            seen, end = self.driver.execute_script(script)
            found += [each for each in seen if each not in found]
            ends = ends + 1 if end else 0
            if ends == 5:
                return found
            time.sleep(0.05)
        raise AssertionError("the page has no end")

    def click(self, css, within=None):
        element = self.find(css, within)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def write(self, css, text, within=None):
        element = self.find(css, within)
        if element.get_attribute("type") != "file":
            element.clear()
        element.send_keys(text)

    def complaints(self):
        """What the console has at the level of errors: blocked scripts, failed loads, exceptions. Forgets what it told."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def asked(self):
        """The URLs of every request over the network since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if url.startswith(("http", "ws"))]

    def end(self):
        self.driver.quit()

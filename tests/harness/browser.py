"""A page of HTML after its script has run, by headless Chromium without a network."""
import re
import shutil
import subprocess

INSTALLED = shutil.which("chromium") is not None


def page(file, folder):
    """The document; `folder`: for the browser's own files."""
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--dump-dom", f"--user-data-dir={folder}/browser",
         "--host-resolver-rules=MAP * ~NOTFOUND", file.as_uri()],
        capture_output=True, text=True, check=True, timeout=300)
    return done.stdout


def drawn(document):
    """The charts that have pixels; None: the script did not run to its end."""
    found = re.search(r'data-drawn="([^"]*)"', document)
    return found and found[1].split()

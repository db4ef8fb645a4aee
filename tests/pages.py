"""Pages as their readers have them."""

import re


def text_of(answer):
    """The words of the page's main part, without marks and with plain spaces."""
    main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]
    main = re.sub(r"<template.*?</template>", "", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main).replace("&nbsp;", " "))


def section(answer, name):
    """The words of the part with this heading."""
    return words_of(re.search(rf'aria-labelledby="{name}"(.*?)</section>', answer.content.decode(), re.DOTALL)[1])


def words_of(html):
    """A piece of a page as a person reads it, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()

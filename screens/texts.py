"""What a person reads, as the code holds it: words, or words that are looked up in the reader's language when shown."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText
else:
    from django.utils.functional import Promise as LazyText

Text = str | LazyText

"""Tells the language of a text by its script, so that the desk answers as it was written to."""

from mailbot.core.message import Language

_SAMPLE_CHARS = 20_000
_SIGNIFICANT = 0.1  # a Japanese name or address inside an English letter stays below this


def language_of(text: str, default: Language = Language.JA) -> Language:
    """Return Japanese where kana or kanji are a significant share of the letters, else English.

    One Japanese character says about as much as a word, so it weighs as three Latin letters. `default`
    is returned for a text with no letters of either script.
    """
    sample = text[:_SAMPLE_CHARS]
    japanese = 3 * sum(_is_japanese(char) for char in sample)
    latin = sum(char.isascii() and char.isalpha() for char in sample)
    if not japanese + latin:
        return default
    return Language.JA if japanese / (japanese + latin) > _SIGNIFICANT else Language.EN


def _is_japanese(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uff66" <= char <= "\uff9f"

"""Who may do what: the five levels of authority. A token routes, an identity authorises (product promise 4)."""

from enum import IntEnum


class Level(IntEnum):
    """What an act needs.

    ANYONE opens a case. REQUESTER: the customer token and From = the case's address. STAFF: the staff token of that
    very person, a strict From on the roster, and transport proof or an answered challenge. CODE: STAFF and a code,
    good once and for 24 hours, bound to the hash of the exact effect. MANAGER: CODE by a manager who is not the author.
    """

    ANYONE = 0
    REQUESTER = 1
    STAFF = 2
    CODE = 3
    MANAGER = 4

"""The message language as pages tell it: names, filters, and messages with what they say."""

NAMES = {
    "first_name": "Who, as `name_display` lets the public see it; “Someone” in the application's language where absent.",
    "city": "Where.",
    "province": "Where.",
    "country": "The country's name in the application's language.",
    "country_code": "Its two letters.",
    "title": "What.",
    "linked_title": "The title as a link to the event's `url`.",
    "title_with_link": "The same.",
    "url": "Where a click leads.",
    "image_url": "The picture's address.",
    "event_type": "The name of the event type.",
    "time_ago": "How long ago, kept up to date in the visitor's browser.",
}
FILTERS = {
    "default": 'Another text where there is none: `| default: "Someone"`.',
    "capitalize": "A capital at the beginning.",
    "upcase": "All capitals.",
    "upper": "The same.",
    "downcase": "No capitals.",
    "lower": "The same.",
    "title": "A capital at the beginning of each word.",
    "trim": "No spaces around it.",
    "truncate": "At most so many characters, 50 unless told: `| truncate: 20`.",
    "truncatewords": "At most so many words, 15 unless told.",
    "first_word": "What stands before the first space.",
    "initial": "The first letter and a full stop.",
    "replace": 'One text for another: `| replace: "_", " "`.',
    "escape": "Nothing: all text is escaped anyway.",
}
# Of an event by John from New York: a message, and what is shown before the time.
MESSAGES = {
    "{{ first_name }} from {{ city }} just bought a {{ title | upcase }} {{ time_ago }}": (
        "John from New York just bought a CORVETTE"
    ),
    "{{ first_name | initial }} got a {{ model }}": "J. got a Stingray",
    "{% if province %}Seen in {{ province }}{% else %}Seen in {{ country }}{% endif %}": "Seen in United States",
}

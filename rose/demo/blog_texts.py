"""The small things of the demo's blog; its posts and pages stand in texts/."""

TAGS = {
    "growing": "Growing",
    "baking": "Baking",
    "hall": "The hall",
    "members": "Members",
    "people": "People",
    "kitchen": "In the kitchen",
}
TAG_WORDS = {
    "Growing": "What comes up at Long Field, what does not, and what the weather has to do with it.",
    "Baking": "From the mill: flour, dough and patience.",
    "The hall": "Music, films and soup at the Old Dairy.",
    "Members": "How the co-operative runs, and what the meetings decide.",
    "People": "Neighbours, visitors and whoever else came by.",
    "In the kitchen": "Recipes that have fed a hundred, divided by twenty-five.",
}
AUTHORS = {
    "Rowan Ash": "Keeps the books and the gate. Came for a summer, eight years ago.",
    "Maud Hartley": "Grows vegetables at Long Field, and writes down the weather.",
    "Tom Bellamy": "Bakes at the mill. Up at three, in bed by eight.",
    "Priya Nair": "Runs the hall at the Old Dairy: concerts, films and the Tuesday choir.",
}
# Shop and what is on stand in every header already. Of each: its label and address, then what stands below it.
MENU: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("Journal", "/posts/", []),
    (
        "About",
        "/about/",
        [
            ("The Old Dairy", "/the-old-dairy/"),
            ("Mill Bakery", "/mill-bakery/"),
            ("Long Field", "/long-field-growers/"),
        ],
    ),
]
_LETTERS = [
    ("The Thursday box", "What is in it, every week.", True),
    ("On at the hall", "Concerts and films, once a month.", True),
    ("Minutes for members", "What we decided, after each meeting.", False),
]
NEWSLETTERS = [
    {
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "description": description,
        "subscribe_on_signup": for_newcomers,
        "sort_order": place,
    }
    for place, (name, description, for_newcomers) in enumerate(_LETTERS, 1)
]

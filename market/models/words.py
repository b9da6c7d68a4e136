"""What may stand on a label.

The fourteen allergens of Regulation (EU) 1169/2011, annex II; and what shoppers ask for.
"""

ALLERGENS = {
    "celery": "Celery",
    "gluten": "Gluten",
    "crustaceans": "Crustaceans",
    "eggs": "Eggs",
    "fish": "Fish",
    "lupin": "Lupin",
    "milk": "Milk",
    "molluscs": "Molluscs",
    "mustard": "Mustard",
    "nuts": "Nuts",
    "peanuts": "Peanuts",
    "sesame": "Sesame",
    "soya": "Soya",
    "sulphites": "Sulphites",
}
LABELS = {
    "organic": "Organic",
    "vegan": "Vegan",
    "vegetarian": "Vegetarian",
    "wholegrain": "Wholegrain",
    "sourdough": "Sourdough",
    "raw-milk": "Raw milk",
    "no-added-sugar": "No added sugar",
    "plastic-free": "Plastic-free",
    "heritage": "Heritage variety",
    "deposit-jar": "Deposit jar",
}

# What has the one label answers to the other as well.
IMPLIED = {"vegan": "vegetarian"}


def spell(word: str) -> str:
    """As people read it; a word that an import brought is shown as it came."""
    return ALLERGENS.get(word) or LABELS.get(word) or word.replace("-", " ").capitalize()

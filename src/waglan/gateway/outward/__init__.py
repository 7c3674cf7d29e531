"""The one guard before every address outside that Waglan calls."""

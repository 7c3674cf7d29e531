"""Jointech's padlocks and trackers: binary positions behind `$`, lines of text in brackets.

Written from the maker's tables as others published them and from published frames, never from
another decoder. The protocol has no checksum and no password: who a frame is from, the line alone
can say.
"""

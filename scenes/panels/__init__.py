"""Flat pieces of a picture that scenes share: headings, class lists, legends, charts. All pure: numbers in, `Hud`
out.
"""

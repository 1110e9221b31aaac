"""Cutscore inside DaVinci Resolve: standard library only, for the Python 3.8 or later that Resolve finds.

menu: the dialog and the way of one scoring. laying: the music on the timeline, read back and judged.
Resolve's calls fail by returning None or False, or by doing nothing: nothing here trusts a returned value.
"""

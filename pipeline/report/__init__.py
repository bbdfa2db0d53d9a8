"""The results of a run -> one page that a reviewer opens offline, its figures, and a summary for git.

Takes results, returns texts and pictures; the stage reads and writes the files. It formats and draws, and measures nothing.
"""

"""What a run has found -> one page that a reviewer opens offline, its figures, and a summary for git.

Takes findings, returns texts and pictures; the stage reads and writes the files.
"""

"""What a user can mend, said in one line."""


class InputError(ValueError):
    """Something the user gave is wrong. The message is one line: where, what was found, what is allowed, what to do.

    Stages and commands print it without a traceback and exit with status 2.
    """

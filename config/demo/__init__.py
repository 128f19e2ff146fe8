"""The sample workspace, Juniper Supply Co., and its opt-in files.

Every number is fictional: the line numbers 555-0100 to 555-0199 are set aside for that.
"""

"""What happened?

Messages from SDKs, files and hooks come in; clean facts go out, personal fields sealed, doubtful ones in quarantine.
"""

"""Who you are and may be: people, organisations, sign-in, permissions, audit, UNIX identities."""

"""Pages of staff about mails: what was sent, and how each looks."""

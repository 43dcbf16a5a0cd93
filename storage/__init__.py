"""All that lasts: plain SQL over one small Database. No rule of the participation is decided here."""

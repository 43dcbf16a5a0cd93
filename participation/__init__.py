"""The co-planning itself: its rules, and its use of what is stored. No Telegram, SQL, charts or words."""

-- Where people are among the questions, and contributions among the themes, when that is not plain.

-- Somebody asked for a question by the message `since`, and Telegram failed, or we were killed, as it was sent: it
-- may have reached them. What they type above that message is meant for it.
ALTER TABLE places ADD COLUMN since INTEGER;
ALTER TABLE prompts ADD COLUMN since INTEGER;

-- Where a contribution was that is hidden now: shown again it is there, for somebody may have put it there.
CREATE TABLE left_places (
    contribution_id  TEXT PRIMARY KEY REFERENCES contributions (id) ON DELETE CASCADE,
    theme_id         INTEGER REFERENCES themes (id),
    held             BOOLEAN NOT NULL
) WITHOUT ROWID;

DROP TRIGGER what_is_hidden_or_merged_has_none;
DROP TRIGGER what_stands_again_has_one;
CREATE TRIGGER what_is_hidden_or_merged_has_none AFTER UPDATE OF hidden_at, merged_into ON contributions
WHEN NEW.hidden_at IS NOT NULL OR NEW.merged_into IS NOT NULL
BEGIN
    INSERT OR REPLACE INTO left_places (contribution_id, theme_id, held)
        SELECT contribution_id, theme_id, held FROM theme_places
        WHERE contribution_id = NEW.id AND NEW.hidden_at IS NOT NULL;
    DELETE FROM theme_places WHERE contribution_id = NEW.id;
END;
-- What was merged stands where that is which it was merged into; what was hidden where it was, or where that theme
-- went since. No theme has nobody's hand on it, but where somebody wanted it so.
CREATE TRIGGER what_stands_again_has_one AFTER UPDATE OF withdrawn_at, hidden_at, merged_into ON contributions
WHEN NEW.withdrawn_at IS NULL AND NEW.hidden_at IS NULL AND NEW.merged_into IS NULL
    AND (OLD.withdrawn_at IS NOT NULL OR OLD.hidden_at IS NOT NULL OR OLD.merged_into IS NOT NULL)
BEGIN
    INSERT INTO theme_places (number, contribution_id, theme_id, held)
        SELECT n.number, NEW.id,
            CASE WHEN OLD.merged_into IS NOT NULL THEN p.theme_id WHEN t.gone THEN i.id ELSE t.id END,
            CASE WHEN OLD.merged_into IS NOT NULL THEN coalesce(p.held, FALSE)
                WHEN t.gone AND i.id IS NULL THEN FALSE ELSE coalesce(l.held, FALSE) END
        FROM contribution_numbers n
        LEFT JOIN theme_places p ON p.contribution_id = OLD.merged_into
        LEFT JOIN left_places l ON l.contribution_id = NEW.id
        LEFT JOIN themes t ON t.id = l.theme_id
        LEFT JOIN themes i ON i.id = t.gone_into AND NOT i.gone
        WHERE n.contribution_id = NEW.id;
    DELETE FROM left_places WHERE contribution_id = NEW.id;
END;

-- How often something changed of contributions that is told of them, but makes no other themes.
ALTER TABLE theme_state ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER what_is_told_changes
AFTER UPDATE OF table_code, strategy, question, text, plenary, merged_into, let_pass ON contributions
BEGIN
    UPDATE theme_state SET told = told + 1;
END;

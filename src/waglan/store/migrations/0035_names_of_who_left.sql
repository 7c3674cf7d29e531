-- A colleague may sign in under the name of somebody who left; the log knows both by their own ids. The name stays
-- with who left as well, sealed, so that an erasure finds him by it; nobody signs in as him.
ALTER TABLE login ADD COLUMN is_given_up boolean NOT NULL DEFAULT false;
ALTER TABLE login DROP CONSTRAINT login_org_blind_key;
CREATE UNIQUE INDEX login_blind ON login (org, blind) WHERE NOT is_given_up;
CREATE OR REPLACE FUNCTION account_at(party text, blind bytea)
    RETURNS TABLE (org bigint, roles text[], subject text, key_salt bytea, sealed bytea, firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT o.org, o.roles, l.subject, p.key_salt, p.sealed,
            (SELECT r.roles FROM person_role r WHERE r.org = l.org AND r.subject = l.subject ORDER BY r.n DESC LIMIT 1)
        FROM organisation o JOIN login l ON l.org = o.org
            LEFT JOIN password p ON p.org = l.org AND p.subject = l.subject
        WHERE o.party = account_at.party AND l.blind = account_at.blind AND NOT l.is_given_up;
    END;

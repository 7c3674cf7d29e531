-- A bill that is filed below another is still shown to whom it was shown: where it can't stay the consignment it
-- was, since there is one of that number already, its filer's grants go over to that.
GRANT UPDATE (consignment) ON consignment_grant TO waglan_app;
CREATE POLICY taken_along ON consignment_grant FOR UPDATE TO waglan_app
    USING (org = current_org())
    WITH CHECK (org = current_org() AND EXISTS (
        SELECT 1 FROM consignment c WHERE c.consignment = consignment_grant.consignment AND c.org = current_org()));

-- Kept compressed in the row: ranking reads it for every candidate, and fetching it from aside cost a third of a search.
ALTER TABLE "chunks" ALTER COLUMN "tsv" SET STORAGE MAIN;

/** When the holder of a session proved who he is, as SQL over the session `s`. */
export const provenAt = "greatest(s.created_at, coalesce(s.confirmed_at, s.created_at))";

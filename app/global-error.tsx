"use client";

/** Stands in for the whole document when even the layout failed, so it needs nothing of it. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "system-ui, sans-serif", colorScheme: "light dark" }}>
        <main style={{ maxWidth: "30rem", margin: "20vh auto", padding: "0 1rem" }}>
          <h1>FLTR could not show this page</h1>
          <p>Something went wrong on our side. Nothing was lost or charged.</p>
          <button type="button" onClick={retry}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}

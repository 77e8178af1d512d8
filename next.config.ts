import type { NextConfig } from "next";

/** The Content-Security-Policy carries a nonce, so it is made for each request, by proxy.ts. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  {
    key: "Permissions-Policy",
    value: "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  },
];

/** An app that opened one of these in a window of its own waits for that window to come back to it. */
const openedByApps = [{ key: "Cross-Origin-Opener-Policy", value: "unsafe-none" }];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Types of the whole repository are the static checks' affair; a build must not fail for a test's.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  // They open files beside themselves or load drivers by name, which a bundle would break.
  serverExternalPackages: ["@electric-sql/pglite", "better-auth", "pg-boss", "pino", "postgres"],
  experimental: { optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@tabler/icons-react"] },
  headers: async () => [
    { source: "/((?!api/).*)", headers: securityHeaders },
    { source: "/(sign-in|sign-up|consent)", headers: openedByApps },
  ],
};

export default config;

/**
 * States and provinces by the two or three letters that people write after a city: "Cambridge, MA". Most
 * are no beginning of the name, and many are the code of some country too.
 */
import { normalise } from "./spelling.ts";

const lines: Record<string, string> = {
  US: `AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
    DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
    KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota,
    MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey,
    NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
    PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
    VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming, PR Puerto Rico`,
  CA: `AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador,
    NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Québec,
    SK Saskatchewan, YT Yukon`,
  AU: `ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland,
    SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia`,
};

const regions = Object.entries(lines).flatMap(([country, text]) =>
  text.split(",").map((entry) => {
    const [, letters = "", name = ""] = entry.trim().match(/^(\S+) (.*)$/) ?? [];
    return { country, letters, name: normalise(name) };
  }),
);

/** Whether these letters, or the beginning of the name, mean this region. @param region null: not known */
export function isRegion(hint: string, country: string, region: string | null): boolean {
  const wanted = normalise(hint);
  const name = normalise(region ?? "");
  if (wanted === "" || name === "") return false;
  const letters = hint.trim().toUpperCase();
  return (
    name.startsWith(wanted) ||
    regions.some((one) => one.letters === letters && one.country === country && one.name === name)
  );
}

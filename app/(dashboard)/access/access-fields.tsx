"use client";

import { problemOfRate } from "../../_components/access-fields/access.ts";
import { problemOfCredits } from "../../_components/access-fields/budget.ts";
import { BudgetFields } from "../../_components/access-fields/budget-fields.tsx";
import { DatasetsField } from "../../_components/access-fields/datasets-field.tsx";
import { RateField } from "../../_components/access-fields/rate-field.tsx";
import type { AccessValues } from "./access-values.ts";
import { AddressesField } from "./addresses-field.tsx";

/** `granted`: datasets it has already, so that they are listed whatever else is. */
export function AccessFields(props: {
  values: AccessValues;
  onChange: (values: AccessValues) => void;
  granted?: readonly { id: string; name: string }[];
}) {
  const { values, onChange, granted = [] } = props;
  const { budget, rate } = values;
  return (
    <>
      <DatasetsField
        granted={granted}
        value={values.datasets}
        onChange={(datasets) => onChange({ ...values, datasets })}
      />
      <BudgetFields
        period={budget.period}
        credits={budget.credits}
        onPeriod={(period) => onChange({ ...values, budget: { ...budget, period } })}
        onCredits={(credits) => onChange({ ...values, budget: { ...budget, credits } })}
        error={problemOfCredits(budget)}
      />
      <RateField
        value={rate}
        onChange={(changed) => onChange({ ...values, rate: changed })}
        error={problemOfRate(rate)}
      />
      <AddressesField value={values.addresses} onChange={(addresses) => onChange({ ...values, addresses })} />
    </>
  );
}

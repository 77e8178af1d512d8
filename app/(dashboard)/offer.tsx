"use client";

/** What this installation has and another may not, so that nothing is offered that cannot be had. */
import { createContext, useContext } from "react";

export type Offer = {
  readonly reranking: boolean;
  /** A model besides the built-in embedding. */
  readonly embedding: boolean;
};

const OfferContext = createContext<Offer>({ reranking: false, embedding: false });

export const OfferProvider = OfferContext.Provider;

export const useOffer = () => useContext(OfferContext);

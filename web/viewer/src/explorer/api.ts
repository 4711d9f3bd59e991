import type { components } from "../../../shared/schema.ts";
import { type Answer, Asking, type Explore, type Question } from "../api.ts";

/** Where somebody may make workbooks. */
export type Place = components["schemas"]["Place"];

/** Questions of one's own. */
export class ExploreApi extends Asking {
  /** The explore of that name; undefined: there is none for this person. */
  async explore(name: string, signal: AbortSignal): Promise<Explore | undefined> {
    const { explores } = await this.ask((by) => this.client.GET("/api/v1/explores", { signal, ...by }));
    return explores.find(({ explore }) => explore === name);
  }

  /** Where this person may make workbooks. */
  async places(signal: AbortSignal): Promise<Place[]> {
    const { places } = await this.ask((by) => this.client.GET("/api/v1/places", { signal, ...by }));
    return places;
  }

  /** Makes a workbook of a question, with its answer as a table; the name that it got. */
  async save(title: string, place: Place, query: Question): Promise<string> {
    const show = { data: { query, chart: { type: "table" } } };
    // The schema knows pages as objects, and not what is in them.
    const pages: object[] = [{ name: "page-1", title, elements: [{ name: "answer", title, width: 12, show }] }];
    const body = { title, in: place.in, pages: pages as Record<string, never>[] };
    const made = await this.ask((by) => this.client.POST("/api/v1/workbooks", { body, ...by }));
    return made.name;
  }

  answer(body: Question, signal: AbortSignal): Promise<Answer> {
    // JSON, for nothing else was asked for.
    return this.ask((by) => this.client.POST("/api/v1/query", { body, signal, ...by })) as Promise<Answer>;
  }
}

import { type Answer, Asking, type Explore, type Question } from "../api.ts";

/** Questions of one's own. */
export class ExploreApi extends Asking {
  /** The explore of that name; undefined: there is none for this person. */
  async explore(name: string, signal: AbortSignal): Promise<Explore | undefined> {
    const { explores } = await this.ask((by) => this.client.GET("/api/v1/explores", { signal, ...by }));
    return explores.find(({ explore }) => explore === name);
  }

  answer(body: Question, signal: AbortSignal): Promise<Answer> {
    // JSON, for nothing else was asked for.
    return this.ask((by) => this.client.POST("/api/v1/query", { body, signal, ...by })) as Promise<Answer>;
  }
}

import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Route {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Which methods a path answers; tells a wrong method (405) from an unknown route (404). */
export class RouteTable {
  private routes: readonly Route[] = [];

  /** Takes the routes of the document the service publishes. */
  load(document: OpenAPIObject): void {
    this.routes = Object.entries(document.paths).map(([path, item]) => ({
      pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`, 'i'),
      methods: METHODS.filter((method) => item[method] !== undefined).map((method) =>
        method.toUpperCase(),
      ),
    }));
  }

  /** Upper-case methods of `path`, none when nothing is served there. */
  methodsOf(path: string): readonly string[] {
    return this.routes.find(({ pattern }) => pattern.test(path))?.methods ?? [];
  }
}

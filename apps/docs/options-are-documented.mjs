/**
 * A typedoc plugin: every field of an `…Options` interface says what it means, its unit and its default.
 *
 * Fields of other types may speak for themselves (`host`, `partition`), so typedoc's own rule for properties is off. So
 * does `signal`, which means the same everywhere.
 */
import { Application, ReflectionKind } from 'typedoc';

export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    // Each package is validated alone, then all of them together: once is enough.
    if (app.options.getValue('entryPointStrategy') !== 'packages') return;
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      const owner = property.parent;
      if (owner === undefined || !owner.kindOf(ReflectionKind.Interface) || !owner.name.endsWith('Options')) continue;
      if (property.name === 'signal' || property.hasComment() || property.inheritedFrom !== undefined) continue;
      app.logger.validationWarning(`${property.getFriendlyFullName()} has no documentation (meaning, unit, default)`);
    }
  });
}

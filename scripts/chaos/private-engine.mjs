import { PrivateEngine as Engine } from '../private-engine.mjs';
import { EngineApi } from './engine-api.mjs';

/** The engine that everything goes wrong with, and its API. */
export class PrivateEngine extends Engine {
  get api() {
    return new EngineApi(this.socket);
  }
}

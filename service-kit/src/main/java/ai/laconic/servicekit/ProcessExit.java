package ai.laconic.servicekit;

/**
 * Ends a process that can't serve any more, so that whoever runs it starts it anew. A tier that
 * stays and answers nothing would be worse: liveness is no more than an open port.
 */
@FunctionalInterface
public interface ProcessExit {
  /**
   * Says why and ends the process; returns at once.
   *
   * @param sentence what happened, and what may help
   */
  void exit(String sentence);
}

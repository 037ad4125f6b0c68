package ai.laconic.it.load;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Tells a {@link Workload.Answer} of a call. */
final class AnswerObserver<R> implements StreamObserver<R> {
  private final Workload.Answer answer;
  private boolean begun;

  AnswerObserver(Workload.Answer answer) {
    this.answer = answer;
  }

  @Override
  public void onNext(R message) {
    if (!begun) {
      begun = true;
      answer.begun();
    }
  }

  @Override
  public void onError(Throwable failure) {
    answer.ended(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    answer.ended(Status.OK);
  }
}

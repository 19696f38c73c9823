/** What can be wrong with a shop's worker file, as pages tell it and the site's status shows it. */
export interface WorkerFault {
  reason:
    | 'worker_origin'
    | 'worker_trusted_types'
    | 'worker_unreachable'
    | 'worker_redirected'
    | 'worker_status'
    | 'worker_type';
  /** Of the worker's file. */
  address: string;
  /** HTTP, where there was an answer. */
  status?: number;
}

@_exported public import ProcessActivity
